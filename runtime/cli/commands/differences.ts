/** What a command asked for and the cluster that runs already does not have: nothing of it is applied, so it must not go unsaid. */
import type { ClusterStatus, LaunchOptions } from '../../contract/control/cluster.ts';
import { VStackError } from '../../contract/errors.ts';

export interface Difference {
  option: '--nodes' | '--replicas' | '--port-base' | '--port';
  wanted: number;
  running: number;
  /** What runs, and how to change it. */
  advice: string;
}

const portOf = (url: string): number => Number(new URL(url).port);

/** 0 asks for whatever the system chooses, which is what runs. */
const portDifference = (option: '--port-base' | '--port', wanted: number | undefined, url: string | null, advice: (port: number) => string): Difference[] => {
  if (!wanted || url === null || portOf(url) === wanted) return [];
  return [{ option, wanted, running: portOf(url), advice: advice(portOf(url)) }];
};

const nodeDifference = (wanted: number | undefined, running: number): Difference[] => {
  if (wanted === undefined || wanted === running) return [];
  const advice = wanted > running ? '`vstack nodes add` adds one' : '`vstack nodes remove ID` takes one out';
  return [{ option: '--nodes', wanted, running, advice: `The running cluster has ${running} nodes; ${advice}.` }];
};

const replicaDifference = (wanted: number | undefined, running: number | undefined): Difference[] => {
  if (wanted === undefined || running === undefined || wanted === running) return [];
  const advice = `New videos get ${running} copies in the running cluster; \`vstack down\`, then \`vstack up --replicas ${wanted}\` changes that.`;
  return [{ option: '--replicas', wanted, running, advice }];
};

/** @throws VStackError conflict for another authentication: whoever asked for secrets must not be left with a cluster that wants none */
export const launchDifferences = (wanted: LaunchOptions, { authentication, children, metadataUrl, replicaCount }: ClusterStatus): Difference[] => {
  if (wanted.authentication !== undefined && wanted.authentication !== authentication) {
    throw new VStackError(
      'conflict',
      `The cluster runs with authentication ${authentication}, not ${wanted.authentication}; it was left as it is. To change that: \`vstack down\`, then \`vstack up --auth ${wanted.authentication}\`.`,
    );
  }
  return [
    ...nodeDifference(wanted.nodeCount, children.filter(({ role }) => role === 'storage-node').length),
    ...replicaDifference(wanted.replicaCount, replicaCount),
    ...portDifference('--port-base', wanted.portBase, metadataUrl, (port) =>
      `The running metadata service listens on port ${port}; \`vstack down\`, then \`vstack up --port-base ${wanted.portBase}\` moves the cluster.`),
  ];
};

export const pageDifferences = (port: number, signInUrl: string): Difference[] =>
  portDifference('--port', port, signInUrl, (running) => `The running host serves the page on port ${running}; \`vstack down\`, then \`vstack serve --port ${port}\` moves it.`);

export const differenceText = ({ option, wanted, advice }: Difference): string => `${option} ${wanted} was not applied. ${advice}`;
