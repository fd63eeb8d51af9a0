import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { runCommand, startService } from '../start/commands.js';
import { onLines } from '../start/lines.js';

/** Where ulogd writes what the floor logs, and its configuration; both names are in ulogd.conf too. */
const FIFO = '/run/floor.log';
const CONFIGURATION = '/opt/cagent/ulogd.conf';
/** The account that Debian's package makes for it. */
const ACCOUNT = 'ulog';

export interface PacketLog {
  close(): void;
}

/**
 * Starts the reader of the kernel's packet log. Has to run before privileges are dropped: subscribing takes
 * NET_ADMIN, which ulogd gives up itself right after.
 */
export async function startPacketLog(on: {
  /** One logged packet as JSON text. */
  readonly line: (text: string) => void;
  /** The log has ended, so refusals would go unrecorded. */
  readonly end: (why: string) => void;
}): Promise<PacketLog> {
  await runCommand('mkfifo', ['-m', '600', FIFO]);
  // Open for both directions: the FIFO then has a reader before ulogd comes, and no end of file when it goes.
  const socket = new Socket({
    fd: openSync(FIFO, constants.O_RDWR | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  });
  const service = startService('ulogd', ['--uid', ACCOUNT, '--configfile', CONFIGURATION]);
  let closed = false;
  service.once('error', (error) => on.end(`the packet log could not be started: ${error.message}`));
  service.once('exit', () => {
    if (!closed) on.end('the packet log has stopped');
  });
  onLines(socket, on.line);
  return {
    close: () => {
      closed = true;
      socket.destroy();
    },
  };
}
