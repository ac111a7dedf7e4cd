/** Views and their addresses. The address lives in the fragment, so it works behind any door without server rules. */
import { createRouter, createWebHashHistory, type Router, type RouteRecordRaw } from 'vue-router';
import ClusterView from './views/cluster/ClusterView.vue';

export const routes: readonly RouteRecordRaw[] = [
  { path: '/', redirect: '/cluster' },
  { path: '/cluster', component: ClusterView },
  // Everything but the first screen is loaded when it is first wanted.
  { path: '/cluster/logs', component: () => import('./views/cluster/LogsView.vue') },
  { path: '/cluster/nodes/:nodeId', component: () => import('./views/cluster/NodeView.vue'), props: true },
  { path: '/library', component: () => import('./views/library/LibraryView.vue') },
  { path: '/library/:videoId', component: () => import('./views/library/VideoView.vue'), props: true },
  { path: '/watch/:videoId', component: () => import('./views/player/PlayerView.vue'), props: true },
  { path: '/dashboard/:tab(realtime|performance|comparison|analytics)', component: () => import('./views/dashboard/DashboardView.vue'), props: true },
  { path: '/dashboard', redirect: '/dashboard/realtime' },
  {
    path: '/network', component: () => import('./views/network/NetworkView.vue'),
    // The chosen scenario is a part of the view, which reads it from the address; choosing another is not going elsewhere.
    children: [{ path: '/network/scenarios/:scenarioId', component: { render: () => null } }],
  },
  { path: '/consensus', component: () => import('./views/consensus/ConsensusView.vue') },
  { path: '/benchmarks', component: () => import('./views/benchmarks/BenchmarksView.vue') },
  { path: '/chaos', component: () => import('./views/chaos/ChaosView.vue') },
  { path: '/storage', component: () => import('./views/storage/StorageView.vue') },
  { path: '/reports', component: () => import('./views/reports/ReportsView.vue') },
  { path: '/settings', component: () => import('./views/settings/SettingsView.vue') },
  { path: '/about', component: () => import('./views/about/AboutView.vue') },
  { path: '/:unknown(.*)*', component: () => import('./views/missing/MissingView.vue') },
];

export const createAppRouter = (): Router => createRouter({ history: createWebHashHistory(), routes: [...routes] });
