import { createServer } from "node:http"
import express from "express"
import newsRoutes from "./routes/news.js"

const app = express()
const server = createServer(app)

app.use(express.json())
app.use("/news", newsRoutes)

server.listen(3000)
