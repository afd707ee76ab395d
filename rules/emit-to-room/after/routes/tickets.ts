import { Router, json, type Request, type Response } from 'express';
import socketBroadcaster from '../utils/socketBroadcaster.js';

interface Ticket {
  id: number;
  state: string;
}

const router = Router();

router.patch('/:id', json(), (req: Request, res: Response) => {
  const ticket: Ticket = { id: Number(req.params.id), state: req.body.state };

  socketBroadcaster.broadcastToRoom(
    `ticket_${ticket.id}`,
    'ticket_updated',
    ticket
  );
  // A list of rooms is one room argument.
  socketBroadcaster.broadcastToRoom(
    ['role_admin', 'role_supervisor'],
    'ticket_updated',
    ticket
  );

  res.json(ticket);
});

export default router;
