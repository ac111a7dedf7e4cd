/** Views and their addresses. The address lives in the fragment, so it works behind any door without server rules. */
import { createRouter, createWebHashHistory, type Router } from 'vue-router';
import type { IconName } from './components/icons.ts';
import ClusterView from './views/cluster/ClusterView.vue';
import LibraryView from './views/library/LibraryView.vue';

export interface NavigationEntry {
  path: string;
  label: string;
  icon: IconName;
  /** Addresses below another path that belong to this view too. */
  covers?: string;
}

/** The sidebar, in order; the digits 1, 2, … lead there. */
export const navigation: readonly NavigationEntry[] = [
  { path: '/cluster', label: 'Cluster', icon: 'cluster' },
  { path: '/library', label: 'Library', icon: 'library', covers: '/watch/' },
];

export const createAppRouter = (): Router =>
  createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', redirect: '/cluster' },
      { path: '/cluster', component: ClusterView, meta: { title: 'Cluster' } },
      { path: '/library', component: LibraryView, meta: { title: 'Library' } },
      // The player brings hls.js along and is loaded when it is first wanted.
      { path: '/watch/:videoId', component: () => import('./views/player/PlayerView.vue'), props: true, meta: { title: 'Player' } },
      { path: '/:unknown(.*)*', redirect: '/cluster' },
    ],
  });
