import { Code } from "@connectrpc/connect";
import { CitizenCardService, type CitizenCard } from "../gen/brobygger/registry/v1/card_pb";
import { client } from "./api";
import { failureOf } from "./errors";

/** The agency's own card, or null where none is written. */
export async function ownCard(citizen: string, showCpr = false): Promise<{ card: CitizenCard; etag: string } | null> {
  try {
    const answer = await client(CitizenCardService).getCitizenCard({ citizen, showCpr });
    return answer.card ? { card: answer.card, etag: answer.etag } : null;
  } catch (thrown) {
    if (failureOf(thrown).code === Code.NotFound) return null;
    throw thrown;
  }
}
