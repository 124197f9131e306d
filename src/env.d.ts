/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    app: import('#core/app.ts').App;
    /** Of the client, proxies seen through. */
    clientAddress: string;
    /** Who is at the desk, once a page of it has decided that they may be there. */
    desk?: import('#core/desk/sessions.ts').AtDesk;
    /** For a long answer: resolves once what was written has gone out, or nobody waits for it any more. */
    drained: () => Promise<void>;
    /** What a posted comment came to, where the front door has taken it. */
    commentPost?: import('#server/comment-posts.ts').CommentPost;
  }
}
