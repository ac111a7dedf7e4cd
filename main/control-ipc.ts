/**
 * The control contract over Electron's IPC, with the frames of runtime/contract/control/frames.ts:
 *
 *   page ── invoke call ──▶ main ── answer: result or error     page ── send cancel ──▶ main
 *   page ── send subscribe ──▶ main ── send event ──▶ page      (subscribe and event share a channel, one in each direction)
 *
 * Who sends is checked first, then the frame is parsed; the input itself is parsed by the host with the call's schema. What a page started
 * ends with the page.
 */
import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type WebContents } from 'electron';
import { CALL_CHANNEL, CANCEL_CHANNEL, EVENT_CHANNEL } from '../runtime/contract/channels.ts';
import { ClientFrame, type HostFrame } from '../runtime/contract/control/frames.ts';
import { type CallName, type ControlClient, isCallName, isEventName } from '../runtime/contract/control/index.ts';
import { toErrorBody, VStackError } from '../runtime/contract/errors.ts';
import { checkSender } from './sender.ts';

interface Guest {
  running: Map<number, AbortController>;
  unsubscribes: (() => void)[];
}

type Frame<K extends ClientFrame['kind']> = Extract<ClientFrame, { kind: K }>;

export interface ControlIpcOptions {
  /** Resolves once the host is there; calls wait for it. */
  client: Promise<ControlClient>;
  pageUrl: string;
}

const parseFrame = <K extends ClientFrame['kind']>(kind: K, frame: unknown): Frame<K> => {
  const parsed = ClientFrame.safeParse(frame);
  if (parsed.success && parsed.data.kind === kind) return parsed.data as Frame<K>;
  throw new VStackError('bad_request', `Expected a frame of kind "${kind}". Page and host may be of different versions: restart the program.`);
};

export const serveControl = ({ client, pageUrl }: ControlIpcOptions): void => {
  const guests = new Map<number, Guest>();

  const dismiss = (id: number): void => {
    const guest = guests.get(id);
    if (!guest) return;
    for (const aborter of guest.running.values()) aborter.abort();
    for (const unsubscribe of guest.unsubscribes.splice(0)) unsubscribe();
    guest.running.clear();
  };
  const admit = (contents: WebContents): Guest => {
    const known = guests.get(contents.id);
    if (known) return known;
    const { id } = contents;
    const guest: Guest = { running: new Map(), unsubscribes: [] };
    guests.set(id, guest);
    // A reload starts a new page in the same contents; a crash or a close ends it.
    contents.on('did-start-navigation', (details) => details.isMainFrame && !details.isSameDocument && dismiss(id));
    contents.on('render-process-gone', () => dismiss(id));
    contents.once('destroyed', () => {
      dismiss(id);
      guests.delete(id);
    });
    return guest;
  };
  const admitSender = (event: IpcMainEvent | IpcMainInvokeEvent): Guest => admit(checkSender(event, pageUrl));

  const answer = async (guest: Guest, { id, name, input }: Frame<'call'>): Promise<unknown> => {
    if (!isCallName(name)) throw new VStackError('not_found', `There is no call named "${name}".`);
    if (guest.running.has(id)) throw new VStackError('conflict', `A call with the id ${id} is under way; ids must differ.`);
    const aborter = new AbortController();
    guest.running.set(id, aborter);
    try {
      return await (await client).call<CallName>(name, input as never, { signal: aborter.signal });
    } finally {
      if (guest.running.get(id) === aborter) guest.running.delete(id);
    }
  };
  const subscribe = async (guest: Guest, contents: WebContents, names: readonly string[]): Promise<void> => {
    const control = await client;
    for (const unsubscribe of guest.unsubscribes.splice(0)) unsubscribe();
    for (const name of new Set(names)) {
      if (!isEventName(name)) continue;
      guest.unsubscribes.push(
        control.on(name, (data) => {
          if (!contents.isDestroyed()) contents.send(EVENT_CHANNEL, { kind: 'event', name, data } satisfies HostFrame);
        }),
      );
    }
  };
  /** One-way messages have nobody to tell of a failure; a foreign or malformed one is dropped. */
  const quietly = (handle: (event: IpcMainEvent, frame: unknown) => void) => (event: IpcMainEvent, frame: unknown): void => {
    try {
      handle(event, frame);
    } catch (error) {
      if (!(error instanceof VStackError)) throw error;
    }
  };

  ipcMain.handle(CALL_CHANNEL, async (event, raw: unknown): Promise<HostFrame> => {
    let id = 0;
    try {
      const guest = admitSender(event);
      const frame = parseFrame('call', raw);
      id = frame.id;
      return { kind: 'result', id, output: await answer(guest, frame) };
    } catch (error) {
      // Electron would keep only the text of a thrown error; as an answer it keeps its code.
      return { kind: 'error', id, error: toErrorBody(error) };
    }
  });
  ipcMain.on(CANCEL_CHANNEL, quietly((event, raw) => admitSender(event).running.get(parseFrame('cancel', raw).id)?.abort()));
  ipcMain.on(EVENT_CHANNEL, quietly((event, raw) => {
    // A host that does not start is told by the calls, which wait for it too.
    subscribe(admitSender(event), event.sender, parseFrame('subscribe', raw).names).catch(() => undefined);
  }));
};
