/** A comment with what its writer gave of themselves. */
export interface SampleComment {
  name?: string;
  website?: string | null;
  body: string;
}

/** What readers of security news write: about crime, money, passwords and links, but not to sell any. */
export const SOBER_COMMENTS: readonly SampleComment[] = [
  { body: 'We were locked out for four hours. The recovery codes in the safe got us back in.' },
  { body: 'Vendor advisory: https://vendor.example/security/2024-11.html' },
  { body: 'Patched build is out: https://vendor.example/releases/9.1.4, we rolled it out this morning.' },
  {
    body: 'CVE-2024-3094 only affects 5.6.0 and 5.6.1. Check with `xz --version` and downgrade if you have either.',
  },
  {
    name: 'Marta',
    website: 'https://marta.example',
    body: 'Great write-up, thank you. One correction: the token lives for 90 minutes, not 60, and is bound to the device.',
  },
  { body: 'Great article, thanks for sharing!' },
  { body: 'Thanks, this helped me explain it to our board.' },
  {
    body: 'The online casino that was breached last year stored passwords in MD5. They paid 15 million in bitcoin, and the attackers came back anyway.',
  },
  {
    body: 'My father lost his savings to a fake bitcoin trading platform. The police said that such funds are almost never recovered. Please warn older people in your family.',
  },
  {
    body: 'Beware of "recovery experts" who write under posts like this one. They are the same gang and take your money a second time.',
  },
  {
    body: 'I got a text message that said my parcel is on hold and to click here to pay 1.99. The link went to a .top domain that was registered yesterday.',
  },
  {
    body: 'The phishing mail read:\n\n> Dear customer, your account is limited. Click here to verify now! Free gift cards for the first 100.\n\nIt passed SPF and DKIM, as it was sent from a hacked mailbox.',
  },
  {
    body: 'Is there any indication that hardware keys were affected as well? We have about 300 YubiKeys in use.',
  },
  {
    body: 'The carrier says 3 million subscribers are affected, the regulator says 40 million. Whom should we believe?',
  },
  {
    body: 'How do I subscribe to the weekly newsletter without the alerts? I only see one form.',
  },
  {
    body: 'IOCs from our side: evil-updates[.]com, 203.0.113[.]77, hxxps://cdn.evil-updates[.]com/load.js. First seen on Tuesday.',
  },
  {
    body: 'We see `<script>alert(1)</script>` reflected in the search field, and `<a href=javascript:alert(1)>x</a>` in the profile. Reported in March, no answer.',
  },
  {
    body: 'Log excerpt:\n\n```\n2024-11-19T14:31:02Z ERROR auth: jndi:ldap://203.0.113.5/a {user|admin|root} failed\n2024-11-19T14:31:03Z WARN retry\n```\n\nAnyone else seeing this?',
  },
  { body: 'Does the fix need a reboot?' },
  { body: 'NO. That is NOT what the advisory says. Read section 4.' },
  { body: 'Same here in Vienna. Works again since 16:10.' },
  {
    body: 'I work for a hosting company. We saw a rise in traffic on port 445 an hour before the first report, from about 2,000 addresses.',
  },
  {
    body: 'Our SEO plugin was the way in: an outdated version allowed anyone to upload PHP. The attackers put pharma spam (viagra, cialis) into pages that only Google could see.',
  },
  {
    body: 'If you run WordPress, look for unknown administrators and for files in wp-content/uploads that end in .php. We found six.',
  },
  {
    body: 'I wrote about the same flaw in May: https://jo.example/2024/05/token-replay/. The vendor called it "working as intended".',
  },
  {
    body: 'The report by the BSI is worth reading too, in German: https://bsi.example/lagebericht-2024.pdf and its summary https://bsi.example/kurz',
  },
  {
    body: 'Password managers are still the best advice for most people. Mine has 400 entries and I know none of them.',
  },
  {
    body: 'Why is SMS still allowed as a second factor by my bank? SIM swapping costs criminals 200 dollars and a bribed shop employee.',
  },
  {
    body: 'They took out a personal loan in my name with a scanned passport. It took the bank five months to admit it. Freeze your credit file.',
  },
  {
    body: 'Criminals earn money with this at scale: the affiliates get 80 percent, the operators the rest. See the indictment, page 12.',
  },
  {
    body: 'Please share indicators if you have any. We can offer full packet captures to other CERTs.',
  },
  {
    body: 'If anyone from the team reads this: contact us at psirt@vendor.example, our mails to you bounce.',
  },
  {
    body: 'I called the bank on the number on my card, and not the one in the message. They knew nothing of it.',
  },
  {
    body: 'The scammer asked me to move to WhatsApp and then to Telegram. That was the moment when I understood.',
  },
  {
    body: 'Wir hatten denselben Ausfall. Die Notfallkonten ohne MFA haben uns gerettet, die Prüfer mögen sie trotzdem nicht.',
  },
  {
    body: 'Merci pour cet article. Le correctif casse l’authentification Kerberos sur nos serveurs 2012 R2.',
  },
  {
    body: 'Спасибо за статью. У нас VPNом пользуются 400 человек, и SMSки не приходили два часа. Казино тоже взломали через подрядчика.',
  },
  { body: '这个漏洞的补丁什么时候发布?我们公司的服务器还没有更新。' },
  { body: 'هل توجد طريقة للتحقق من أن الجهاز مصاب دون إعادة تشغيله؟' },
  { body: 'क्या यह समस्या पुराने संस्करणों में भी है? हमारे यहाँ 8.2 चल रहा है।' },
  {
    body: 'A homograph, by the way: аpple.com with a Cyrillic а. Browsers show punycode, mail clients do not.',
  },
  { body: 'The μTorrent updater had the same flaw ten years ago, and β testers reported it.' },
  {
    body: 'It is worth noting that the extension had 200,000 users and good reviews when it was sold to the new owner.',
  },
  {
    body: 'Check the certificate transparency logs for your own domain. We found two certificates that nobody had asked for.',
  },
  {
    body: 'You should check your website for the script from the advisory, and then your backups, as they may be infected too.',
  },
  {
    body: 'Following the guide step by step worked for me until step 5, where `systemctl restart sshd` locked me out. Keep a second session open!',
  },
  {
    body: 'Interesting that the insurer refuses to pay. The policy excludes "acts of war", and they call this one.',
  },
  {
    body: 'Thank you for the clear explanation of passkeys. I finally understand why they cannot be phished. Will there be a part about recovery?',
  },
  {
    name: 'Dr. J. Okafor',
    website: 'https://okafor.example/blog/',
    body: 'The paper behind this is open access. Table 3 shows that the attack needs about 2^31 queries, so rate limits do help.',
  },
  {
    body: 'The gift card trick again: "I am in a meeting, buy five cards and send me the codes". Our trainee nearly did.',
  },
  {
    body: 'Fake job offers on LinkedIn with "work from home" are how they recruit money mules. My neighbour’s son is in court for it.',
  },
  {
    body: 'Sextortion mails quote an old password from a leak and claim that they filmed you on a porn site. Delete them, they have nothing.',
  },
  {
    body: 'As a locksmith I can tell you: the electronic lock in the video opens with a magnet. The maker has known since 2019.',
  },
  { body: 'Typo in the third paragraph: "pubic key".' },
  { body: '+1 to that. Same with ours.' },
  {
    body: 'curl -sI https://intranet.example | grep -i strict-transport showed that HSTS was off for a month. Nobody noticed!',
  },
  {
    body: 'The exchange says no customer funds were lost, yet withdrawals are "temporarily" stopped. I have seen that sentence before.',
  },
  {
    body: 'I agree with you on most points, but an air gap is no answer for a hospital with 9,000 devices.',
  },
  {
    body: 'Could you compare it with the outage of 2018? I still have the mail in which they promised that it would never happen again.',
  },
  {
    name: 'Sam',
    website: 'https://infosec.example/@sam',
    body: 'Confirmed on our test system. The crash is in the parser, before authentication. Will post details after the patch.',
  },
  {
    body: 'Researchers were offered a bounty of 500 dollars for a bug that sells for 200,000. No wonder that it went to a broker.',
  },
];

/** What programs and paid writers leave under articles, made up in their manner. */
export const BLOG_SPAM: readonly SampleComment[] = [
  {
    name: 'best vpn deals',
    website: 'https://vpn-deals.example/',
    body: 'Wonderful article! I was searching for this information for a long time. I have bookmarked your blog and will be back soon.',
  },
  {
    name: 'Kaylee',
    website: 'https://roofing-contractor.example/roof-repair-costs-guide',
    body: 'Very informative post. Thanks for sharing such a valuable content with us.',
  },
  { body: 'Buy cheap viagra online without prescription, fast delivery http://pills.example' },
  {
    body: 'Best online casino with 100 free spins and no deposit bonus! Play now at www.spin-palace.example',
  },
  {
    body: 'I lost 84,000 USDT to a fake broker and was depressed until a friend introduced me to a recovery expert who helped me recover all my funds within 48 hours. Contact him on WhatsApp: +1 (202) 555-0142',
  },
  {
    body: 'Do you need an urgent loan to pay your bills or start a business? We offer loans at 2% interest rate. Apply now via quickloans.example@gmail.com',
  },
  {
    body: 'I make $85 an hour working from home on my laptop. My last pay check was $9,500. Here is how: http://jobs.example',
  },
  {
    body: 'Our company offers SEO services and quality backlinks. We rank your website on the first page of Google in 30 days.',
  },
  { body: 'Replica Rolex watches and Louis Vuitton handbags outlet, best price, free shipping worldwide.' },
  {
    body: 'Struggling with deadlines? Our essay writing service will write your essay cheap and plagiarism free. https://essays.example',
  },
  { body: 'Independent escorts in your city, hot girls available 24/7, call +44 7700 900123' },
  { body: '[url=http://casino.example]casino online[/url] [url=http://slots.example]slots[/url]' },
  { body: 'Nice post <a href="http://shoes.example">cheap nike shoes outlet</a>' },
  { body: '{Hello|Hi|Hey} there! {I just|I simply} wanted to say {great|nice} {blog|site}.' },
  { body: 'http://www.some-shop.example/product?id=8841' },
  {
    body: 'If you want to hire a hacker to spy on your cheating spouse contact cyberghost.example at gmail.com, he is reliable.',
  },
  {
    name: 'cheap jerseys',
    website: 'http://jerseys.example',
    body: 'I really enjoyed reading this. Keep up the good work!',
  },
  {
    body: 'Hello! Would you mind if I share your blog with my facebook group? There are a lot of people that I think would really enjoy your content. Please let me know.',
  },
  {
    body: 'Which blog platform are you using for this website? I am getting tired of Wordpress because I have had issues with hackers.',
  },
  {
    body: 'Hey! This post could not be written any better! Reading it reminds me of my old roommate. I will forward this article to him. Many thanks for sharing with my friends!',
  },
  { body: 'Free Robux and free iTunes gift card codes here, 100% working generator: free-codes . com' },
  {
    body: 'Invest in bitcoin with the expert trader Mrs Linda, I invested $1,000 and made $12,500 profit in one week. Message her on Telegram @linda_fx_trades',
  },
  {
    body: 'Powerful love spell caster who brought back my ex husband in 3 days, email him drspell.example@gmail.com',
  },
  { body: 'Please subscribe to my channel, I post hacking tutorials every day!' },
  { body: 'Check out my new website for free antivirus downloads https://get-av.example' },
  { body: 'PLEASE VOTE FOR ME IN THIS CONTEST https://contest.example/vote/2231 IT ONLY TAKES ONE CLICK' },
  { body: 'Follow me on instagram for daily crypto signals and guaranteed profits' },
  { body: 'Play slot gacor and judi bola at situs terpercaya, bonus new member 100%' },
  { body: 'Лучшие онлайн казино с бонусом за регистрацию, играть на деньги http://kazino.example' },
  { body: 'Заработок в интернете от 5000 рублей в день без вложений, пишите в телеграм @zarabotok_2024' },
  { body: '代开发票 加微信 wx88231' },
  { body: 'Buy real passports, driver licenses and IELTS certificates online. WhatsApp +49 1512 5550142' },
  {
    body: 'Discover the secret to lose weight fast with keto pills. Order now while on sale: https://keto.example',
  },
  { body: 'Packers and movers in Pune offer the best price, for more details visit https://movers.example' },
  { body: 'Cash App customer support number +1-888-555-0199 call now toll free' },
  { body: 'Watch full movies online free HD without registration http://movies.example/watch' },
  { body: 'Сheap vіagra and cіalis, visit pharmасy today' },
  {
    name: 'https://loans.example',
    website: 'https://loans.example/apply?ref=77',
    body: 'I agree with your article completely.',
  },
  {
    body: 'My friend makes real money online with this, sign up here and get paid daily https://earn.example/?ref=99210',
  },
  {
    name: 'Digital Marketing Company in Delhi',
    website: 'https://seo-agency.example/digital-marketing-company-delhi',
    body: 'Thanks for the information.',
  },
  {
    body: 'Thank you for the auspicious writeup. It in fact was an amusement account it. Your writing style is awesome, keep it up! I have added it to my favourites.',
  },
  {
    body: 'Get 10,000 Instagram followers cheap, buy real likes and views, cheapest prices, instant delivery!',
  },
];
