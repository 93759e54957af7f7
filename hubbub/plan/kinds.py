"""The ten objectives of community work: what each means, and how a business might word it."""

from msgspec import Struct

from hubbub.store.models import ObjectiveKind


class Meaning(Struct, frozen=True):
    """What an objective of this kind is about, in one sentence, and an example of one."""

    says: str
    example: str


MEANINGS: dict[ObjectiveKind, Meaning] = {
    ObjectiveKind.COMPLAINTS: Meaning(
        "People who complain get an answer quickly, and people who praise are thanked.",
        "Nobody who complains waits longer than four hours",
    ),
    ObjectiveKind.FANS: Meaning(
        "People who like what we do come back and talk with us and with each other.",
        "More people who take part a second time",
    ),
    ObjectiveKind.ADVOCACY: Meaning(
        "People recommend us to others in their own words, without being asked each time.",
        "Customers speak for us where we do not",
    ),
    ObjectiveKind.INFLUENCERS: Meaning(
        "People whom many listen to know us and talk about us.",
        "Known by those whom our field listens to",
    ),
    ObjectiveKind.PARTNERS: Meaning(
        "Dealers, suppliers and neighbours in business speak of us, and we of them.",
        "Our partners carry our news on",
    ),
    ObjectiveKind.BRANDS: Meaning(
        "We know how much is said about us beside other brands, and hold or gain our part.",
        "Talked about as much as the leader of our field",
    ),
    ObjectiveKind.FEEDBACK: Meaning(
        "What people wish for and stumble over reaches those who make the product.",
        "Every wish is heard, and its writer knows",
    ),
    ObjectiveKind.INFORMATION: Meaning(
        "People who ask find help: from us, or from others whom we helped before.",
        "A question is answered on the same day",
    ),
    ObjectiveKind.REVIEWS: Meaning(
        "Customers rate us where others look, and what they criticise is answered.",
        "Better stars, and no bad review without an answer",
    ),
    ObjectiveKind.EXPERTISE: Meaning(
        "Our people are asked and quoted as those who know the field.",
        "The first ones to be asked in our field",
    ),
}
