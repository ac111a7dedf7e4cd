/** One line of a list of facts. */
export interface KeyValue {
  /** Also the name of the slot (`value-<key>`) that may draw the value. */
  key: string;
  label: string;
  /** null: not known; drawn as a dash. */
  value?: string | number | null;
  /** Figures, ids and paths are set in the typeface for figures. */
  isCode?: boolean;
  /** Offers to copy the value. */
  isCopied?: boolean;
}
