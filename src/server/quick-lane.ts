import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type PlainGet, PlainGets } from './plain-get.ts';

/** Connections that are answered here, until the server stops. */
export interface QuickLane {
  /** Ends every connection as soon as what it was answered is sent; with `force` at once. */
  close(force?: boolean): void;
}

interface Connection {
  socket: Socket;
  /** At how many looks in a row it had asked for nothing. */
  quiet: number;
}

/** A look at all connections instead of a timer for each: those cost a tenth of an answer. */
const QUIET_LOOKS = 2;
/** For who is still reading the last answer, on a slow line. */
const READING_LOOKS = 12;

/**
 * Answers plain GETs straight on their connection where the answer is ready: a third of what Node's HTTP server
 * spends on one (docs/performance.md). The first request that is anything else, or has no answer ready, goes to that
 * server, unread, with its connection, and stays there. So HTTP is spoken in one place, and this one only repeats.
 */
export function openQuickLane(server: Server, answerTo: (get: PlainGet) => Buffer | undefined): QuickLane {
  const [toNode] = server.listeners('connection') as [(socket: Socket) => void];
  const gets = new PlainGets();
  const open = new Set<Connection>();
  server.removeListener('connection', toNode);
  server.on('connection', (socket) => {
    const connection = { socket, quiet: 1 };
    open.add(connection);
    socket.on('data', take).on('end', leave).on('error', leave).on('close', forget);

    function take(bytes: Buffer): void {
      connection.quiet = 0;
      const get = gets.read(bytes);
      const answer = get && answerTo(get);
      if (!answer) handOver(bytes);
      else if (!socket.write(answer)) {
        socket.pause(); // who asks faster than it reads
        socket.once('drain', () => socket.resume());
      }
    }

    function handOver(unread: Buffer): void {
      forget();
      socket.off('data', take).off('end', leave).off('error', leave).off('close', forget);
      socket.unshift(unread);
      toNode.call(server, socket);
    }

    function leave(): void {
      socket.destroySoon();
    }

    function forget(): void {
      open.delete(connection);
    }
  });

  setInterval(() => {
    for (const connection of open) {
      const { socket } = connection;
      if (++connection.quiet > (socket.writableLength > 0 ? READING_LOOKS : QUIET_LOOKS)) socket.destroy();
    }
  }, server.keepAliveTimeout / QUIET_LOOKS).unref();

  return {
    close(force = false) {
      for (const { socket } of open) force ? socket.destroy() : socket.destroySoon();
    },
  };
}
