import { feedOf } from './_feed.ts';

export const GET = feedOf('feed.json');
