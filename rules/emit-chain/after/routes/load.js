const express = require("express");
const os = require("os");
const socketBroadcaster = require("../utils/socketBroadcaster");

const router = express.Router();

router.post("/", express.json(), (req, res) => {
    const load = { host: os.hostname(), average: req.body.average };

    // Only the newest figure counts.
    socketBroadcaster.of("/admin").to("ops").except(req.body.reporter).volatile.emit("load", load);

    if (load.average > 0.9) {
        socketBroadcaster.compress(false)
            .timeout(2000)
            .emit("overload", load);
    }
    req.log?.to("file").write("load", load);
    res.sendStatus(202);
});

module.exports = router;
