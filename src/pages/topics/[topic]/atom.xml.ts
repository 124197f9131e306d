import { feedOf } from '../../_feed.ts';

export const GET = feedOf('atom.xml');
