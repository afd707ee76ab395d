exports.attach = (app) => {
  app.get('/version', (req, res) => res.send(process.version));
};
