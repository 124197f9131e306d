import type { Library } from '../articles/library.ts';
import type { Parts } from '../platform/parts.ts';
import type { FilterWatch } from '../spam/filter-watch.ts';

/** What the use cases of comments stand on. `spam` is absent without an AKISMET_KEY. */
export type CommentParts = Parts & { library: Library; spam: FilterWatch | undefined };
