/** Views and their addresses. The address lives in the fragment, so it works behind any door without server rules. */
import { createRouter, createWebHashHistory, type Router, type RouteRecordRaw } from 'vue-router';
import ClusterView from './views/cluster/ClusterView.vue';

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/cluster' },
  { path: '/cluster', component: ClusterView, meta: { title: 'Cluster' } },
  // Everything but the first screen is loaded when it is first wanted.
  { path: '/library', component: () => import('./views/library/LibraryView.vue'), meta: { title: 'Library' } },
  { path: '/watch/:videoId', component: () => import('./views/player/PlayerView.vue'), props: true, meta: { title: 'Player' } },
  { path: '/dashboard/:tab(realtime|performance|comparison|analytics)', component: () => import('./views/dashboard/DashboardView.vue'), props: true, meta: { title: 'Dashboard' } },
  { path: '/dashboard', redirect: '/dashboard/realtime' },
  { path: '/network', component: () => import('./views/network/NetworkView.vue'), meta: { title: 'Network' } },
  { path: '/consensus', component: () => import('./views/consensus/ConsensusView.vue'), meta: { title: 'Consensus' } },
  { path: '/benchmarks', component: () => import('./views/benchmarks/BenchmarksView.vue'), meta: { title: 'Benchmarks' } },
  { path: '/chaos', component: () => import('./views/chaos/ChaosView.vue'), meta: { title: 'Chaos' } },
  { path: '/storage', component: () => import('./views/storage/StorageView.vue'), meta: { title: 'Storage' } },
  { path: '/reports', component: () => import('./views/reports/ReportsView.vue'), meta: { title: 'Reports' } },
  { path: '/settings', component: () => import('./views/settings/SettingsView.vue'), meta: { title: 'Settings' } },
  { path: '/about', component: () => import('./views/about/AboutView.vue'), meta: { title: 'About' } },
  { path: '/:unknown(.*)*', component: () => import('./views/missing/MissingView.vue'), meta: { title: 'Not found' } },
];

export const createAppRouter = (): Router => createRouter({ history: createWebHashHistory(), routes });
