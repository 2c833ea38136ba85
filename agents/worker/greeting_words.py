"""Score the words of whoever answers an outbound call: an answering machine's greeting, or a person."""

import re
import unicodedata

CERTAIN, LIKELY, HINT, PERSON = 4, 2, 1, -2
MACHINE = 2  # total from which it is a machine; sound adds to it, see greeting_sound
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_APOSTROPHES = str.maketrans("\u2019\u02bc`", "'''")

# Matched without accents, in lower case. Phrases of English, German, Spanish, French, Italian, Portuguese, Dutch,
# Hindi, Chinese and Japanese. Only announcements use the certain ones.
_CERTAIN = (
    r"(?:after|at|wait for|following) the (?:\w+ )?(?:tone|beep|signal)\b|record (?:your|a) (?:\w+ )?message",
    r"(?:automat\w+|voice) (?:voice )?messag\w+ system",
    r"(?:reached|forwarded to) .{0,40}\bvoice ?-?mail|voice ?-?mail (?:box )?(?:of|for|has|system)\b",
    r"(?:voice ?)?mail ?box (?:is|has|belonging|of|for)\b (?:currently |now |not )?(?:full|been|no|to|\+?\d)",
    r"mail ?box (?:that )?(?:you(?:'ve| have)?|at this)\b|mail ?box .{0,30}\bis full",
    r"the (?:\w+ ){0,2}(?:person|number|party|customer|subscriber|user)\b[^.?]{0,20}\byou(?:'re|'ve| are| have)?"
    r" (?:just )?(?:called|calling|dialed|dialled|reached|trying)\b(?!\?)",
    r"(?:i|we)(?:'ll| will) (?:get back to you|(?:return|ring|call) (?:your call|you back) as)",
    r"nach dem (?:\w+ )?(?:signal|ton|piep\w*|pfeif\w*)\b|nach dem signalton|anrufbeantworter",
    r"mailbox (?:von|der|des)\b|(?:ihre|eine) (?:kurze )?nachricht (?:\w+ ){0,3}hinterlassen|hinterlassen sie",
    r"(?:der|die) (?:von ihnen )?gewahlte|sprachbox|angerufene[rn]? teilnehmer|teilnehmer ist (?:\w+ ){0,3}nicht",
    r"despues (?:de la senal|del? (?:tono|bip|pitido))|(?:al|tras) (?:oir |escuchar )?(?:la senal|el tono)",
    r"oir la senal|buzon (?:de voz|de mensajes|del)|contestador",
    r"(?:el|al) (?:numero|abonado|telefono|cliente) (?:que|al que|marcado)|la persona a la que (?:llam|intent)",
    r"apres (?:le |la )?(?:bip|signal|tonalite|son)\b|messagerie (?:vocale|de|du)|repondeur|boite vocale",
    r"(?:votre|le) correspondant|(?:la personne|le numero) que vous",
    r"dopo il (?:segnale|bip|tono)|segreteria|casella vocale",
    r"(?:l'utente|il cliente|la persona|il numero) (?:da lei|che|chiamat|selezionat)",
    r"apos o (?:sinal|bip|tom)|depois do (?:sinal|bip)|caixa (?:postal|de mensagens)|correio de voz",
    r"(?:o|a) (?:numero|cliente|pessoa|assinante) (?:que|para (?:o|a) qual|chamad|discad)|secretaria eletronica",
    r"na de (?:piep|toon|pieptoon|bieptoon|biep)|(?:voicemail|mailbox) van|naar de voicemail|antwoordapparaat",
    r"de (?:persoon|abonnee) die u|spreek (?:\w+ ){0,3}(?:bericht|boodschap)\b|(?:het|dit) nummer dat u",
    r"संदेश छोड़|बीप के बाद|留言|嘀声|メッセージを(?:どうぞ|お願い|残し)|発信音の後",
)
_LIKELY = (
    r"(?:come|get) to the phone|answering (?:machine|service)",
    r"\bleave (?:me |us )?(?:a|your|the) (?:[\w,]+ ){0,3}(?:message|number|name)|leave (?:me |us )?your name",
    r"(?:can't|cannot|can not|unable to) (?:answer|take) (?:your|the|this) (?:phone )?call",
    r"nachricht fur (?:mich|uns)|nicht (?:personlich )?(?:erreichbar|zu erreichen)|auf band|anschluss (?:von|der)",
    r"(?:deje|dejar?|dejen|deja|dejanos|dejenos|grabe) (?:me |nos )?(?:su|un|tu|el)\b.{0,20}(?:mensaje|nombre|recado)",
    r"laiss(?:ez|er|e)(?:[- ](?:moi|nous))? (?:un|votre|vos|ton|le)\b.{0,20}(?:message|nom|coordonnees)",
    r"lasci(?:a|ate|are|atemi|ateci|ami)? (?:pure )?(?:un|il|vostro|nome).{0,20}(?:messaggio|nome|numero)"
    r"|non (?:e|sono) (?:al momento )?raggiungibil[ei]",
    r"deix(?:e|ar|a|em)(?:-\w+)? (?:a |o )?(?:sua|seu|uma|um)?\b.{0,12}(?:mensagem|recado|nome)",
    r"(?:laat|spreek|inspreken).{0,30}(?:bericht|boodschap|naam)|bericht (?:achter|in)|niet bereikbaar",
)
_HINTS = (
    r"you(?:'ve| have) reached",
    r"not (?:available|here|in|home)(?: right now| at the moment| to take)?|away from (?:my|the|our) (?:phone|desk)",
    r"voice ?-?mail|(?:call|ring|get|text) (?:you )?back|return your call|press \w+ (?:to|for)|office hours|try again",
    r"(?:im moment|derzeit|zurzeit|momentan|gerade) (?:leider )?nicht|rufe?n? (?:\w+ ){0,3}zuruck|leider nicht",
    r"(?:no (?:puedo|podemos|esta|estoy|se encuentra)|en este momento|devolver\w* (?:la|su|tu) llamada)",
    r"(?:je|nous) (?:ne )?(?:suis|sommes|peux|pouvons) pas|absente?s?\b|rappeller\w*|indisponible|pour le moment"
    r"|bien chez",
    r"(?:non (?:posso|possiamo|sono|siamo)|in questo momento|al momento|richiamer\w+|assent[ei])",
    r"(?:nao (?:posso|podemos|estou|estamos|esta)|neste momento|no momento|retornar\w*|ligar\w* de volta)",
    r"(?:niet (?:opnemen|aanwezig|beschikbaar|thuis)|op dit moment|bel (?:ik|wij|u)|bel(?:len)? .{0,12}terug)",
)
_PERSON = (
    r"who(?:'s| is) (?:this|that|calling|speaking)|(?:how )?(?:can|may|could) i (?:help|direct|ask|take|leave|assist)",
    r"(?:would you like|do you want|shall i|should i|want me to)|\bspeaking\b(?! at| about)|hold on",
    r"one (?:moment|second)|i(?:'m| am) (?:driving|in a meeting)|(?:about|wanted|meant|going) to leave",
    r"what(?:'s| is) (?:this|it) (?:about|regarding)|(?:do i|i don't) (?:know|want)|go ahead|hang on|can you hear",
    r"am apparat|wer (?:ist|spricht|sind)|(?:was|wie|womit) kann ich|worum geht|einen moment|moment mal|mochten sie",
    r"(?:quien (?:es|habla|llama)|digame|en que puedo|(?:le|quiere) (?:dejo|dejar)|un momento|le escucho|al habla)",
    r"(?:qui est|c'est qui|a l'appareil|que puis-je|comment puis-je|je vous ecoute|ne quittez|voulez-vous|un instant)",
    r"(?:chi (?:e|parla)|mi dica|posso (?:aiutar|esser)|come posso|un attimo|vuole (?:che|lasciare)|con chi)",
    r"(?:quem (?:e|fala|esta)|pois nao|posso ajudar|em que posso|um momento|quer (?:que|deixar)|pode falar)",
    # Who answers for somebody else offers to pass something on.
    r"(?:kann|soll|darf) ich (?:(?!nicht)\w+ ){0,3}(?:ausrichten|(?:weiter)?helfen|fragen|notieren|verbinden)",
    r"(?:je peux|puis-je) (?:lui |vous )?(?:prendre|transmettre|laisser|aider)|de la part de qui|de parte de quien",
    r"(?:le digo|le paso|se lo (?:paso|digo)|tomo nota|(?<!no )puedo (?:tomar|ayudar))",
    r"(?<!non )(?:posso|devo) (?:riferi|prender|dir)",
    r"(?<!nao )posso (?:anotar|avisar|deixar)|(?:da|de) parte de quem",
    r"(?:kan|zal|mag) ik (?:(?!niet)\w+ ){0,3}(?:aannemen|doorgeven|vragen)",
    r"(?:met wie|wie (?:is|spreek)|waarmee kan|kan ik u\b|wat kan ik|een moment|wilt u|u spreekt met|spreekt u mee)",
)


def score(text: str, *, hints: bool = True) -> int:
    """Return how much the words speak for a machine; below zero they speak for a person.

    Without `hints` phrases that people use in a conversation too do not count.
    """
    plain = _plain(text)
    return (
        CERTAIN * any(re.search(phrase, plain) for phrase in _CERTAIN)
        + LIKELY * any(re.search(phrase, plain) for phrase in _LIKELY)
        + HINT * sum(re.search(phrase, plain) is not None for phrase in _HINTS if hints)
        + PERSON * any(re.search(phrase, plain) for phrase in _PERSON)
    )


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_APOSTROPHES))
    return unicodedata.normalize("NFC", " ".join(_ACCENTS.sub("", decomposed).split()))
