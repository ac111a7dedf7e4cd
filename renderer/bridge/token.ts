/**
 * The web door's token comes in the address's fragment, `#token=…`, which never reaches a server or its log. It moves into the tab's
 * session storage and leaves the address bar, so that a copied address or a screenshot does not give it away.
 */
const KEY = 'vstack.token';

export interface TokenPlace {
  location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  history: Pick<History, 'replaceState'>;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
}

/** `#token=…&view=/library` names a view beside the token; without one the fragment is the router's own. */
export const takeToken = ({ location, history, storage }: TokenPlace): string | null => {
  const parameters = new URLSearchParams(location.hash.replace(/^#/, ''));
  const token = parameters.get('token');
  if (token === null) return storage.getItem(KEY);
  storage.setItem(KEY, token);
  const view = parameters.get('view');
  history.replaceState(null, '', `${location.pathname}${location.search}${view?.startsWith('/') ? `#${view}` : ''}`);
  return token;
};
