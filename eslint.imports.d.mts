import type { Linter } from 'eslint';

export declare const mayImport: Readonly<Record<string, readonly string[]>>;
export declare const importRules: Linter.Config[];
