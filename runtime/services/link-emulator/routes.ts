/** The HTTP face of the link emulator: runtime/contract/wire/link-emulator.ts. */
import { changeLink, isSameLink, type LinkSettings, normalLink } from '../../contract/link.ts';
import { LinkChangeRequest, type LinkEmulatorHealth, type LinkInfo, type LinksResponse } from '../../contract/wire/link-emulator.ts';
import type { Route } from '../../platform/http/server.ts';
import type { LinkProxy } from './link-proxy.ts';
import type { Links } from './links.ts';

export interface RoutesOptions {
  links: Links;
  isStopping: () => boolean;
  /** Somebody changed links here. */
  onChange: () => void;
}

const infoOf = (link: LinkProxy): LinkInfo => ({
  node_id: link.nodeId,
  port: link.port,
  target: link.target(),
  normal: isSameLink(link.settings(), normalLink),
  settings: link.settings(),
  counters: link.counters(),
});

export const linkRoutes = ({ links, isStopping, onChange }: RoutesOptions): Route[] => {
  const all = (): LinksResponse => ({ links: links.list().map(infoOf) });
  const set = (changes: { nodeId: string; settings: LinkSettings }[]): void => {
    links.set(changes);
    onChange();
  };

  return [
    {
      method: 'GET',
      path: '/health',
      handle(call) {
        const body: LinkEmulatorHealth = { status: isStopping() ? 'stopping' : 'healthy', service: 'link-emulator', links: links.list().length };
        call.reply(body);
      },
    },
    { method: 'GET', path: '/links', handle: (call) => call.reply(all()) },
    { method: 'GET', path: '/links/:node_id', handle: (call) => call.reply(infoOf(links.get(call.params.node_id!))) },
    {
      method: 'PUT',
      path: '/links/:node_id',
      async handle(call) {
        const link = links.get(call.params.node_id!);
        const change = await call.json(LinkChangeRequest);
        set([{ nodeId: link.nodeId, settings: changeLink(link.settings(), change) }]);
        call.reply(infoOf(link));
      },
    },
    {
      method: 'POST',
      path: '/links/reset',
      handle(call) {
        set(links.list().map(({ nodeId }) => ({ nodeId, settings: normalLink })));
        call.reply(all());
      },
    },
  ];
};
