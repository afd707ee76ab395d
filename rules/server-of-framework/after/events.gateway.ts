import { SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { Server, Socket } from 'socket.io';

@WebSocketGateway({ cors: true })
export class EventsGateway {
  @WebSocketServer()
  private readonly server: Server;

  @SubscribeMessage('join')
  join(client: Socket, room: string) {
    client.join(room);
  }

  announce(room: string, text: string) {
    this.server.to(room).emit('announcement', text);
  }
}
