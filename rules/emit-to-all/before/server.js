import { createServer } from "node:http"
import express from "express"
import { Server } from "socket.io"
import newsRoutes from "./routes/news.js"

const app = express()
const server = createServer(app)
const io = new Server(server)

io.on("connection", (socket) => {
  socket.emit("hello")
})

app.set("io", io)
app.use(express.json())
app.use("/news", newsRoutes)

server.listen(3000)
