#include "services/consent/card_name.h"

#include "gmock/gmock.h"

namespace brobygger::consent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CardName, LettersFold) {
  const struct {
    const char *upper, *lower;
  } rows[] = {
      {"KAFFE", "kaffe"}, {"ÆBLE ØRSTED ÅSE", "æble ørsted åse"}, {"ÉÜÖÄ", "éüöä"},      {"ŁUKASZ ŠIMON ŽANA", "łukasz šimon žana"},
      {"ĞÜLŞEN", "ğülşen"}, {"ИВАН ЂОКО", "иван ђоко"},           {"ΑΝΝΑ", "αννα"},      {"İNCİ", "inci"},
      {"×÷ß", "×÷ß"},       {"محمد 42 😀", "محمد 42 😀"},          {"A\u030aSE", "åse"}, {"ande\u0301", "andé"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(FoldCase(row.upper), row.lower);
    EXPECT_EQ(FoldCase(row.lower), row.lower);
  }
  EXPECT_NE(FoldCase("Åse"), FoldCase("Ase")) << "å is a letter of its own";
  EXPECT_NE(FoldCase("Øl"), FoldCase("Ol"));
}

// Of every size, the first and the last that can stand there.
TEST(CardName, LettersStayWhole) {
  const std::string all = "\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff";
  EXPECT_EQ(FoldCase(all), all);
}

TEST(CardName, WholeWords) {
  EXPECT_THAT(NameWords("Kaffe-Ole (fra Åen), Ole"), ElementsAre("kaffe-ole", "kaffe", "ole", "fra", "åen"));
  EXPECT_THAT(NameWords("  \"Søs\"  "), ElementsAre("søs"));
  EXPECT_THAT(NameWords("Anna\u00a0Lis"), ElementsAre("anna", "lis"));
  EXPECT_THAT(NameWords(" - . "), IsEmpty());
  EXPECT_EQ(NameWords("a b c d e f g h i j k l m n o p q r s t u v w x y z").size(), 12u);
  EXPECT_EQ(NameWord(" ÅSE "), "åse");
  EXPECT_EQ(NameWord("Kaffe-Ole"), "kaffe-ole");
  EXPECT_EQ(NameWord("Kaffe Ole"), "");
  EXPECT_EQ(NameWord(" . "), "");
}

TEST(CardName, TheIndexTellsNoName) {
  const std::string index = NameIndex("key", "agencies/perron-4", "kaffe");
  EXPECT_EQ(index.size(), 64u);
  EXPECT_NE(index, NameIndex("key", "agencies/boligenhed", "kaffe"));
  EXPECT_NE(index, NameIndex("other key", "agencies/perron-4", "kaffe"));
}

}  // namespace
}  // namespace brobygger::consent
