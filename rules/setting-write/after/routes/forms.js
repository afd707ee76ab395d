import socketBroadcaster from '../utils/socketBroadcaster.js';

export const submit = (req, res) => {
  socketBroadcaster.broadcastToRoom('editors', 'submitted', req.body);
  res.json({ proxied: req.app.get('trust proxy') });
};
