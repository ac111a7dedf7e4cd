/** What each child is told at its start, made of the cluster's keys, its topology and the wishes of the launch. */
import type { Authentication, LinkEmulatorConfigInput, LinkSpec, MetadataConfigInput, StorageNodeConfigInput, UploaderConfigInput } from '../contract/child-config.ts';
import { nodeKeyOf } from '../platform/crypto.ts';
import type { DataPaths } from './data-paths.ts';
import type { ClusterKeys } from './keys.ts';

export interface LaunchRequest {
  /** Storage nodes of a new cluster; an existing one grows to as many, but never shrinks by a launch. */
  nodeCount: number;
  /** 0: the system chooses the ports, and those of the last launch are taken again where they are free. @default 0 */
  portBase?: number;
  /** @default 'on' */
  authentication?: Authentication;
  /** Full copies of each chunk of new videos. @default 3 */
  replicaCount?: number;
  /** Bytes each node may fill. @default null, what is free on its disk */
  nodeCapacityBytes?: number | null;
  /** Further settings of the services, for benchmarks and tests; they win over everything above. */
  tuning?: {
    metadata?: Partial<MetadataConfigInput>;
    links?: Partial<LinkEmulatorConfigInput>;
    node?: Partial<StorageNodeConfigInput>;
    uploader?: Partial<UploaderConfigInput>;
  };
}

export interface ConfigSource {
  keys: ClusterKeys;
  paths: DataPaths;
  request: LaunchRequest;
  /** Known once the metadata service was ready. */
  metadataUrl(): string;
  /** Where clients reach a node; known once the link emulator was ready. */
  linkUrl(nodeId: string): string | null;
}

export const metadataConfig = ({ keys, paths, request }: ConfigSource, port: number): MetadataConfigInput => ({
  dir: paths.metadataDir,
  port,
  clusterSecret: keys.clusterSecret,
  authentication: request.authentication ?? 'on',
  grantKey: keys.grantKey,
  urlKey: keys.urlKey,
  storeRootKey: keys.storeRootKey,
  ...(request.replicaCount !== undefined && { replicaCount: request.replicaCount }),
  ...request.tuning?.metadata,
});

export const linksConfig = ({ keys, request }: ConfigSource, port: number, links: LinkSpec[]): LinkEmulatorConfigInput => ({
  port,
  clusterSecret: keys.clusterSecret,
  authentication: request.authentication ?? 'on',
  links,
  ...request.tuning?.links,
});

export const nodeConfig = ({ keys, paths, request, metadataUrl, linkUrl }: ConfigSource, nodeId: string, port: number): StorageNodeConfigInput => ({
  nodeId,
  dir: paths.nodeDir(nodeId),
  port,
  advertisedUrl: linkUrl(nodeId) ?? undefined,
  metadataUrl: metadataUrl(),
  clusterSecret: keys.clusterSecret,
  authentication: request.authentication ?? 'on',
  grantKey: keys.grantKey,
  urlKey: keys.urlKey,
  nodeKey: nodeKeyOf(keys.storeRootKey, nodeId),
  ...(request.nodeCapacityBytes != null && { capacityBytes: request.nodeCapacityBytes }),
  ...request.tuning?.node,
});

export const uploaderConfig = ({ keys, paths, request, metadataUrl }: ConfigSource, port: number): UploaderConfigInput => ({
  dir: paths.uploaderDir,
  port,
  metadataUrl: metadataUrl(),
  clusterSecret: keys.clusterSecret,
  authentication: request.authentication ?? 'on',
  ...request.tuning?.uploader,
});
