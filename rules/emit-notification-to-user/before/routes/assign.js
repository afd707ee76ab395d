export async function assign(req, res) {
  const io = req.app.get('io');
  const { technician, previous } = req.body;

  io.to(`user_${technician.id}`).emit('notification', {
    title: 'New ticket',
    ticket: req.params.id,
  });
  if (previous) {
    io.to(`user_${previous.id}`).emit('notification', { title: 'Ticket moved' }, Date.now());
  }
  res.json({ assigned: technician.id });
}
