import { describe, expect, test } from "bun:test";
import { weakSecret } from "../../../src/domain/security/weak-secret.ts";

describe("a secret is refused that", () => {
  test.each([
    ["is blank", " ".repeat(40), "blank"],
    ["is one character short", "Zq8!pR3#vT6$xW9&yB2*dF5(gH1)jK4", "32 characters (it has 31)"],
    ["repeats itself", "abcdefg".repeat(6), "8 different characters"],
    ["is the JWT debugger's", "a-string-secret-at-least-256-bits-long", "example"],
    [
      "is the JWT debugger's old one, stretched",
      "your-256-bit-secret-your-256-bit-secret",
      "example",
    ],
    ["stands in a manual", "your-super-secret-jwt-key-at-least-32-characters-long", "example"],
    ["stands in another", "super-secret-jwt-token-with-at-least-32-characters-long", "example"],
    ["asks to be changed", "change-me-in-production-please-please", "example"],
    ["counts", "12345678901234567890123456789012", "usual order"],
    ["counts in hex", "0123456789abcdef0123456789abcdef", "usual order"],
    ["is written in capitals", "YOUR_SECRET_KEY_CHANGE_THIS_IN_PRODUCTION", "example"],
    ["is written together", "yoursupersecretjwtkeythatisatleast32characterslong", "example"],
  ])("%s", (_name, secret, why) => {
    const reported = weakSecret(secret);
    expect(reported).toContain(why);
    expect(reported).not.toContain(secret);
  });
});

describe("a secret is taken that", () => {
  test.each([
    ["has 32 random characters", "Zq8!pR3#vT6$xW9&yB2*dF5(gH1)jK4+"],
    ["is openssl's base64", "kq3jJ0Vt9m4nX2p7wQ8sR5uY1zA6bC3dE0fG4hI7jK2="],
    ["is hex of few digits", "9f3c1e7ab04d6825c7e19b3fd0468a2e"],
    ["counts characters, not bytes", "äöüßéèêñçåøæþðłžšřťďňůýáíóúěčāēīō"],
    ["has words no manual is made of", "correct horse battery staple orange"],
  ])("%s", (_name, secret) => {
    expect(weakSecret(secret)).toBeNull();
  });
});
