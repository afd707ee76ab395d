import { createServer } from "node:http";
import express from "express";
import "./jobs/scores.js";

const app = express();
const server = createServer(app);

app.get("/", (req, res) => {
    res.send("games");
});

server.listen(3000);
