import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The ids of a process and all its descendants that are alive. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of allProcesses()) {
    const parent = parentOf(pid);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree.filter((pid) => parentOf(pid) !== undefined);
}

/** The ids of all processes of this machine. */
export function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** One network socket of a process, as the kernel lists it. */
export interface Socket {
  protocol: 'tcp' | 'udp';
  state: string;
  local: string;
  peer: string;
  pid: number;
}

/** The TCP and UDP sockets of a process and its descendants, asked of the kernel through `ss`. */
export function socketsOf(root: number): Socket[] {
  const pids = new Set(processTree(root));
  const output = execFileSync('ss', ['-tunapH'], { encoding: 'utf8' });
  return output.split('\n').flatMap((text) => {
    const [protocol, state = '', , , local = '', peer = ''] = text.trim().split(/\s+/);
    const pid = Number(/pid=(\d+)/.exec(text)?.[1]);
    if ((protocol !== 'tcp' && protocol !== 'udp') || !pids.has(pid)) return [];
    return [{ protocol, state, local, peer, pid }];
  });
}

/** The connections a process tree opened itself; those that others opened to its listening ports are left out. */
export function outgoingConnections(root: number): Socket[] {
  const sockets = socketsOf(root);
  const portOf = (address: string): string => address.slice(address.lastIndexOf(':') + 1);
  const listening = new Set(sockets.filter(({ state }) => state === 'LISTEN').map(({ local }) => portOf(local)));
  const open = sockets.filter(
    ({ protocol, state }) => protocol === 'tcp' && /^(ESTAB|SYN-SENT|CLOSE-WAIT)$/.test(state),
  );
  const seen = new Set<string>();
  return open.filter(({ local, peer }) => {
    const name = `${local} ${peer}`;
    const fresh = !listening.has(portOf(local)) && !seen.has(name);
    seen.add(name);
    return fresh;
  });
}
