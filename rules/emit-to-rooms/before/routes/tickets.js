const express = require('express');

const router = express.Router();

router.post('/', express.json(), async (req, res) => {
	const io = req.app.get('io');
	const ticket = { id: Date.now(), ...req.body };

	if (io) {
		io.to('role_admin')
			.to('role_supervisor')
			.emit('ticket_created', {
				id: ticket.id,
				title: ticket.title,
			});
	}

	// Whoever is in both rooms gets both.
	if (io) {
		io.to('staff').emit('count', 1);
		io.to('role_admin').emit('count', 1);
	}
	res.status(201).json(ticket);
});

module.exports = router;
