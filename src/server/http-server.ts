import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FrontDoor } from './front-door.ts';
import { openQuickLane } from './quick-lane.ts';

/** How long a connection may be idle. */
export const KEEP_ALIVE_MS = 20_000;
/** How long requests in flight may take to end at shutdown, before they are cut. */
const GRACE_MS = 10_000;

const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: 16_384,
  connectionsCheckingInterval: 1000, // Node looks every 30 s otherwise, and the time-outs above would mean 30 more
};

/** An HTTP server in front of the door, not listening yet. */
export interface HttpServer {
  server: Server;
  /** Takes no more connections, lets requests in flight end, and resolves when all is closed. */
  drain(): Promise<void>;
}

export function newHttpServer({ answer, readyAnswer }: FrontDoor): HttpServer {
  const server = createServer(LIMITS, answer);
  server.maxConnections = 2000;
  server.maxRequestsPerSocket = 100; // who comes back with a new connection comes by the quick lane again
  server.on('clientError', refuseGarbage);
  const lane = openQuickLane(server, readyAnswer);
  return {
    server,
    async drain() {
      const forced = setTimeout(() => {
        lane.close(true);
        server.closeAllConnections();
      }, GRACE_MS);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        lane.close();
        server.closeIdleConnections();
      });
      clearTimeout(forced);
    },
  };
}

/** What cannot be read as HTTP gets a bare answer, with the headers that matter. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status =
    {
      HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
      ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
    }[error.code ?? ''] ?? '400 Bad Request';
  const headers = [
    'connection: close',
    'content-length: 0',
    'x-content-type-options: nosniff',
    "content-security-policy: default-src 'none'",
  ];
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n`);
}
