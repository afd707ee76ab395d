import { createServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import "./jobs/scores.js";

const app = express();
const server = createServer(app);
export const io = new Server(server);

app.get("/", (req, res) => {
    res.send("games");
});

server.listen(3000);
