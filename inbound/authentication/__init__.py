"""Whether a mail is truly from whom it says: SPF, DKIM, DMARC and ARC, from bytes and DNS answers passed in."""
