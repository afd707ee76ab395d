const express = require("express");
const os = require("os");

const router = express.Router();

router.post("/", express.json(), (req, res) => {
    const io = req.app.get("io");
    const load = { host: os.hostname(), average: req.body.average };

    // Only the newest figure counts.
    io.of("/admin").to("ops").except(req.body.reporter).volatile.emit("load", load);

    if (load.average > 0.9) {
        io.compress(false)
            .timeout(2000)
            .emit("overload", load);
    }
    req.log?.to("file").write("load", load);
    res.sendStatus(202);
});

module.exports = router;
