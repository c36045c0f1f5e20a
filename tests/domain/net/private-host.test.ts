import { expect, test } from "bun:test";
import { isPrivateHost } from "../../../src/domain/net/private-host.ts";

const own =
  "localhost LOCALHOST a.localhost box nas.local nas.local. 0.0.0.0 127.0.0.1 127.8.9.1 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.2 169.254.1.1 [::1] [::] [fe80::1] [fd00::1] [fcff::1] [::ffff:10.0.0.1]";
const others =
  "api.openai.com local.example.com 8.8.8.8 172.15.0.1 172.32.0.1 192.169.0.1 11.0.0.1 128.0.0.1 169.253.0.1 [2001:db8::1] [fe00::1] [::2] [::ffff:8.8.8.8]";

test.each(own.split(" "))("%s is of one's own", (host) => {
  expect(isPrivateHost(host)).toBe(true);
});

test.each([...others.split(" "), ""])("%p is not", (host) => {
  expect(isPrivateHost(host)).toBe(false);
});
