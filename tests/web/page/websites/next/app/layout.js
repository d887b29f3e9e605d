import Link from "next/link";
import Script from "next/script";

export const metadata = { title: "A site", icons: "data:," };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/one">Go to one</Link> <Link href="/two">Go to two</Link>
        </nav>
        {children}
        <Script src="WIDGET" data-title="Ask the site" />
      </body>
    </html>
  );
}
