module.exports = (req, res) => { req.app.get('io').emit('a'); };
