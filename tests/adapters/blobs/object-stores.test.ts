// Every object store under the one contract.
import { createMemoryObjects } from "../../lab/memory-objects.ts";
import { objectStoreContract } from "../../contracts/object-store.ts";

objectStoreContract("memory", (run) => run(createMemoryObjects()));
