import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { provideBridge } from './bridge/bridge.ts';
import { connectBridge } from './bridge/connect.ts';
import { createAppRouter } from './router.ts';
import { startSession } from './stores/session.ts';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';

// The token leaves the address before the router reads it.
const bridge = connectBridge(window);
provideBridge(bridge);

const app = createApp(App).use(createPinia());
startSession(bridge);
app.use(createAppRouter()).mount('#app');

// A browser has no menu of ours; the desktop program's comes once the page stands.
const { native } = bridge;
if (native) void import('./palette/menu-commands.ts').then(({ followMenu }) => followMenu(native, app));
