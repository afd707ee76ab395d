import { SETTINGS } from '../settings.js';

export const submit = (req, res) => {
  const live = req.app.get(SETTINGS);
  live.to('editors').emit('submitted', req.body);
  res.json({ proxied: req.app.get('trust proxy') });
};
