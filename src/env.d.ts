/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    app: import('#core/app.ts').App;
    /** Of the client, proxies seen through. */
    clientAddress: string;
    /** For a long answer: resolves once what was written has gone out, or nobody waits for it any more. */
    drained: () => Promise<void>;
    /** What a posted comment came to, where the front door has taken it. */
    commentPost?: import('#server/comment-posts.ts').CommentPost;
  }
}
