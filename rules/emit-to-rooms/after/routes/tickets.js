const express = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = express.Router();

router.post('/', express.json(), async (req, res) => {
	const ticket = { id: Date.now(), ...req.body };

	socketBroadcaster.broadcastToRoom(['role_admin', 'role_supervisor'], 'ticket_created', {
		id: ticket.id,
		title: ticket.title,
	});

	// Whoever is in both rooms gets both.
	socketBroadcaster.broadcastToRoom('staff', 'count', 1);
	socketBroadcaster.broadcastToRoom('role_admin', 'count', 1);
	res.status(201).json(ticket);
});

module.exports = router;
