const names = new Map();

export const listMembers = async (req, res) => {
  const io = req.app.get('io');
  const sockets = await io.in(req.params.room).fetchSockets();

  for (const socket of sockets) {
    names.set(socket.id, socket.data.name);
  }
  res.json({ members: sockets.map((it) => it.data.name), known: names.size });
};
