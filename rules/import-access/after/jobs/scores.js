import socketBroadcaster from "../utils/socketBroadcaster.js";
import { io as connect } from "socket.io-client";

// The scores come from another service, to which we are a client.
const feed = connect(process.env.SCORES_URL);

feed.on("score", (score) => {
    socketBroadcaster.broadcast("score", score);
});
feed.emit("subscribe", "all");
