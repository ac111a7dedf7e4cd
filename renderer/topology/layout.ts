/**
 * Where everything stands in the picture of the cluster, in pixels:
 *
 *   players  ◀── reads ──┐
 *                        ├── node-1 … node-n ──── metadata
 *   uploader ── writes ─▶┘
 */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How much a node's box can say: one line, two, or four. */
export type Density = 'line' | 'short' | 'full';

export interface NodePlace {
  box: Box;
  /** Paths of its links, as SVG writes them, in the direction of the bytes. */
  read: string;
  write: string;
  metadata: string;
}

export interface TopologyLayout {
  density: Density;
  players: Box;
  uploader: Box;
  metadata: Box;
  nodes: NodePlace[];
}

export interface TopologySize {
  widthPx: number;
  heightPx: number;
  nodeCount: number;
}

/** Free around the picture, at its sides and above and below. */
const MARGIN_PX = 16;
const MARGIN_BLOCK_PX = 6;
const GAP_PX_MIN = 4;
const GAP_PX_MAX = 16;
/** Heights of a node's box by what it says, the roomiest first. */
const DENSITIES: readonly { density: Density; heightPx: number }[] = [
  { density: 'full', heightPx: 76 },
  { density: 'short', heightPx: 37 },
  { density: 'line', heightPx: 20 },
];
const SERVICE_HEIGHT_PX = 58;
/** Widths of the three columns, and from which width of the picture they are the wide ones. */
const NARROW = { side: 112, node: 208, metadata: 96 };
const WIDE = { side: 148, node: 250, metadata: 128 };
const WIDE_PX_MIN = 860;
/** The room left of the nodes, where the traffic is, to the room right of them. */
const LEFT_SHARE = 0.68;

const round = (value: number): number => Math.round(value * 10) / 10;

/** From one point to another, level at both ends. */
export const curve = (fromX: number, fromY: number, toX: number, toY: number): string => {
  const middle = round((fromX + toX) / 2);
  return `M${round(fromX)} ${round(fromY)}C${middle} ${round(fromY)} ${middle} ${round(toY)} ${round(toX)} ${round(toY)}`;
};

/** The point `share` of the way down the side of a box at which a link ends. */
const endOf = ({ y, height }: Box, index: number, count: number): number => y + (height * (index + 1)) / (count + 1);

export const layoutTopology = ({ widthPx, heightPx, nodeCount }: TopologySize): TopologyLayout => {
  const columns = widthPx >= WIDE_PX_MIN ? WIDE : NARROW;
  const freePx = Math.max(0, widthPx - 2 * MARGIN_PX - columns.side - columns.node - columns.metadata);
  const nodeX = MARGIN_PX + columns.side + freePx * LEFT_SHARE;
  const metadataX = widthPx - MARGIN_PX - columns.metadata;

  const roomPx = heightPx - 2 * MARGIN_BLOCK_PX;
  const fits = (boxPx: number): boolean => nodeCount * boxPx + (nodeCount - 1) * GAP_PX_MIN <= roomPx;
  const { density, heightPx: boxPx } = DENSITIES.find((candidate) => fits(candidate.heightPx)) ?? DENSITIES.at(-1)!;
  const gapPx = nodeCount > 1 ? Math.min(GAP_PX_MAX, (roomPx - nodeCount * boxPx) / (nodeCount - 1)) : 0;
  const columnPx = nodeCount * boxPx + Math.max(0, nodeCount - 1) * gapPx;
  const topPx = (heightPx - columnPx) / 2;

  // The two clients stand a third and two thirds down, further apart where there is room.
  const side = (share: number): Box => ({ x: MARGIN_PX, y: heightPx * share - SERVICE_HEIGHT_PX / 2, width: columns.side, height: SERVICE_HEIGHT_PX });
  const players = side(0.3);
  const uploader = side(0.72);
  const metadata: Box = { x: metadataX, y: (heightPx - SERVICE_HEIGHT_PX) / 2, width: columns.metadata, height: SERVICE_HEIGHT_PX };

  const nodes = Array.from({ length: nodeCount }, (_, index): NodePlace => {
    const box: Box = { x: nodeX, y: topPx + index * (boxPx + gapPx), width: columns.node, height: boxPx };
    const sideX = MARGIN_PX + columns.side;
    return {
      box,
      read: curve(box.x, box.y + boxPx * 0.36, sideX, endOf(players, index, nodeCount)),
      write: curve(sideX, endOf(uploader, index, nodeCount), box.x, box.y + boxPx * 0.64),
      metadata: curve(box.x + box.width, box.y + boxPx / 2, metadataX, endOf(metadata, index, nodeCount)),
    };
  });
  return { density, players, uploader, metadata, nodes };
};
