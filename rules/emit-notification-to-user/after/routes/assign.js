import socketBroadcaster from '../utils/socketBroadcaster.js';

export async function assign(req, res) {
  const { technician, previous } = req.body;

  socketBroadcaster.notifyUser(technician.id, {
    title: 'New ticket',
    ticket: req.params.id,
  });
  if (previous) {
    socketBroadcaster.broadcastToRoom(
      `user_${previous.id}`,
      'notification',
      { title: 'Ticket moved' },
      Date.now()
    );
  }
  res.json({ assigned: technician.id });
}
