// What a router says of others that are not set up as it is.
import { expect, test } from "bun:test";
import { groupNotices } from "../../../../src/app/usecases/group/group-notices.ts";
import { member, snapshot } from "./members.ts";

test("routers that run another routes file are counted and named", () => {
  const others = [member("b", { routesHash: "bbb" }), member("c", { routesHash: null })];
  const [notice, ...more] = groupNotices(snapshot([member("a"), ...others]));
  expect(more).toEqual([]);
  expect(notice).toMatchObject({
    id: "group-routes-file",
    message: "2 of 3 routers run another routes file than this one.",
    endsByItself: true,
  });
  expect(notice?.details?.join(" ")).toContain("b (b0000000), c (c0000000)");
});

test("so are another version and another secret, each by itself", () => {
  const all = [member("a"), member("b", { version: "2.0" }), member("c", { secretHash: "t" })];
  expect(groupNotices(snapshot(all)).map(({ message }) => message)).toEqual([
    "1 of 3 routers runs another version than this one.",
    "1 of 3 routers has another JWT_SECRET than this one.",
  ]);
});

test("a secret that is not known yet is not another one", () => {
  expect(groupNotices(snapshot([member("a"), member("b", { secretHash: null })]))).toEqual([]);
});

test("alike, alone, or before the first beat there is nothing to say", () => {
  expect(groupNotices(snapshot([member("a"), member("b")]))).toEqual([]);
  expect(groupNotices(snapshot([member("a")]))).toEqual([]);
  expect(groupNotices(null)).toEqual([]);
});

test("a clock that is off by more than two seconds is told, with its direction", () => {
  const skewed = (ownNow: number) =>
    groupNotices(snapshot([member("a")], { ownNow })).map(({ message }) => message);
  expect(skewed(12_000)).toEqual([]);
  expect(skewed(13_100)).toEqual(["This router's clock is 3 s ahead of the database's."]);
  expect(skewed(0)).toEqual(["This router's clock is 10 s behind the database's."]);
});
