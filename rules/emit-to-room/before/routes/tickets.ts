import { Router, json, type Request, type Response } from 'express';

interface Ticket {
  id: number;
  state: string;
}

const router = Router();

router.patch('/:id', json(), (req: Request, res: Response) => {
  const io = req.app.get('io');
  const ticket: Ticket = { id: Number(req.params.id), state: req.body.state };

  io.to(`ticket_${ticket.id}`).emit('ticket_updated', ticket);
  // A list of rooms is one room argument.
  io.in(['role_admin', 'role_supervisor']).emit('ticket_updated', ticket);

  res.json(ticket);
});

export default router;
