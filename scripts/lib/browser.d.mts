/** The path of a browser, CHROMIUM_PATH first; undefined when there is none. */
export declare const findBrowser: () => string | undefined;
