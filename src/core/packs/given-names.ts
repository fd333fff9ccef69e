/**
 * Given names that are common in Europe, the Americas, Turkey, the Arab world, South Asia and beyond.
 *
 * Owns the list, folded to lower-case ASCII. Names that are as often a word, a month or a place stay out: Will, Bill, May,
 * April, Grace, Paris, Jordan, Austin, Victoria.
 */
export const GIVEN_NAMES: readonly string[] = `
aaliyah aaron abby abdel abdul abdullah abigail abraham ada adalbert adam adebayo adela adelaide adele ademir aditya
adnan adriaan adrian adriana adriano agata agathe agnes agnieszka agostinho ahmad ahmed ahmet aidan aiden aileen aisha
ajay akash akira akos alain alan alana alba albert alberta alberto albrecht alec alejandra alejandro aleksander
aleksandr aleksandra aleksi alena alessandra alessandro alessia alex alexander alexandra alexandre alexandru alexei
alexey alexis alfie alfonso alfred alfredo ali alice alicia alina aline alison alistair allan allen allison alma alois
alvaro alyssa alzira amal amalia amanda amara amber amelia amelie amina amir amit amy ana anabel anais anand anastasia
anatoly anders andre andrea andreas andrei andrej andres andrew andrey andrzej andy angela angelica angelika angelina
angelo angus anika anil anita anja anjali ankit ann anna annabel anne annegret anneli annelies anneliese annette annie
annika anouk ansgar anthony antje antoine anton antonella antonia antonio antti anup aoife araceli ariana arianna
arild arjun arlene armand armando armin arnaud arne arnold arthur arturo arun arvid asa ase ashley ashok ashwin asif
asmus assunta astrid attila audrey augusto aurelie aurelien axel ayesha aylin ayse
balazs baptiste barbara barbel barry bart bartosz bastian bastien beate beatrice beatriz becky begona bela belinda ben
benedict benedikt benjamin benoit berit bernadette bernard bernardo bernd bernhard bert berta bertha bertrand beth
bethany betty bhavna bianca bilal birger birgit birgitta birthe bjarne bjorg bjorn blanca bob bobby bodil bodo bogdan
bohdan boris bozena brad bradley bram brandon brenda brendan brian bridget brigitte britta brittany brooke bruce bruno
bryan bulent burak burkhard
caio caitlin callum calvin cameron camila camilla camille candice cara carina carl carla carlo carlos carmela carmen
carol carole carolin caroline carolyn carsten carter caspar casper cassandra catalina catarina caterina catherine
cathy cecile cecilia cedric celeste celia celine cem cesar chandra chantal charlene charles charlie charlotte chiara
chidi chinedu chloe chris christa christel christelle christian christiane christina christine christoph christophe
christopher christos ciara cindy cintia ciro claire clara clarissa clark claude claudia claudio claus clemens clement
cleo clive colette colin concetta conrad constance constantin consuelo cora coralie cordula corentin corinna corinne
cornelia cornelius corrado courtney craig cristian cristiano cristina csaba curtis cynthia cyril
daan dagmar daisuke daisy damian damien damir dan dana daniel daniela daniele danielle danilo danny danuta daphne
daria dario darius dariusz darko darren daryl dave david davide dean deanna debbie deborah debra deepa deepak deepika
delphine denis denise dennis derek desiree detlef diana diane dick diego dieter dietmar dietrich dilip dimitri
dimitrios dina dirk divya djamila dmitri dmitry dolores domenico dominic dominik dominika dominique donald donatella
donna donovan dora doreen dorian doris dorota dorothea dorothy doug douglas dragan duncan dusan dustin dwayne dylan
eamon eberhard ebru eckhard ed eddie edgar edith edmund eduard eduarda eduardo edward edwin eero eeva egil egon eileen
einar eirik ekaterina elaine eleanor elena eleni elfriede eli elia elias elif elijah elina elisa elisabeth elisabetta
elise eliza elizabeth elke ella ellen ellinor elliot elliott elmar elodie eloise elsa elsbeth elsebeth elvira emanuel
emanuele emeka emeline emil emilia emilie emilio emily emine emma emmanuel emmanuelle emre enrico enrique enzo eric
erica erich erik erika erin erling ernest ernesto ernst erwin esra esteban estelle esther eszter ethan etienne ettore
eugen eugene eugenia eugenio eva evan evelyn ewa ewan ewelina
fabian fabiana fabien fabienne fabio fabiola fabrice fabrizio fahad faisal farah fatima fatma fatou federica federico
felicia felicitas felicity felipe felix femke ferdinand ferenc fernanda fernando filip filippo filomena finn fiona
flavia flavio florian fran frances francesca francesco francine francis francisca francisco franco francois francoise
frank frankie franz franziska fraser fred freddy frederic frederick frederik fredrik freya frida frieda friedhelm
friedrich fritz frode
gabor gabriel gabriela gabriele gabriella gabrielle gaelle gaetano galina gareth gary gaston gaurav gavin geert geeta
geir gemma gennady gennaro geoff geoffrey georg george georges georgina gerald geraldine gerard gerd gerda gerhard
gernot gerrit gert gertrud gianluca gianni gilbert gilberto gilles gillian gina gino giorgia giorgio giovanna giovanni
gisela gitte giulia giuliana giulio giuseppe gloria gonzalo gopal goran gordon gottfried graeme graham greg gregor
gregory greta grethe grzegorz guadalupe gudrun guenter guenther guido guilhem guillaume guillermo gunilla gunnar
gunter gunther gustav gustavo gwen gwendolyn gyorgy gyula
hadi hakan hala halina halvor hamid hamza hana hank hanna hannah hannelore hannes hanno hannu hans harald hari harish
harold harriet harry hartmut haruka harvey hasan hassan hayden hazel heather hector hedwig hege heidi heike heikki
heiko heiner heinrich heinz heitor helen helena helene helga helle helmut hendrik hendrika henri henriette henrik
henrique henry herbert heribert herman hermann hernan herve hilary hilda hilde hildegard hiroshi holger holly horst
hossein howard hubert hugh hugo huseyin hussain hussein
ian iara ibrahim ida ignacio igor iker ilaria ilona ilse ilya immacolata imran ines inga inge ingeborg ingegerd ingo
ingrid ingvild inmaculada ioannis irena irene irina iris irma isaac isabel isabell isabella isabelle ismail istvan
ivan ivana ivica ivo iwona
jacek jack jackie jackson jacob jacqueline jacques jade jadwiga jaime jake jakob jakub jamal james jamie jamila jan
jana jane janet janice janina janine janos jared jarek jari jarmo jaroslaw jasmin jasna jason javier jay jayden jean
jeanette jeanne jeff jeffrey jelena jenna jennifer jenny jens jeremy jeroen jerome jerry jerzy jesper jess jesse
jessica jesus jill jim jimena jimmy jiri joachim joan joana joanna joanne joao joaquim jocelyne jochen jodie joe joel
joelle joerg johan johann johanna johannes john johnny jolanta jon jonas jonathan joost jordi jorg jorge jorgen joris
jose josef josefa josefina joseph josephine josh joshua josie josip josue jouni jovan joyce jozsef juan juana juanita
judith judy juergen juha jukka julia julian juliana juliane julie julien juliet juliette julio julius jurgen justin
justine justyna jutta
kai kaisa kamal kamil kara kare karen kari karim karima karin karina karl karla karol karolina karsten kasper katalin
katarina katarzyna kate katharina katherine kathleen kathrin kathryn kathy katia katie katja katrin kavita kay kayla
kazuki keiko keith kelly kelsey ken kenji kenneth kenny kerry kerstin kevin khadija khalid kieran kim kimberly kinga
kirsi kirsten kirsty kjell kjersti klara klaudia klaus knut koen kofi konrad konstantin krishna kristen kristian
kristin kristina kristine krisztian krisztina krystyna krzysztof kumar kurt kwame kyle kylie
laetitia laila lakshmi lalit lara larisa larissa larry lars lasse laszlo latifa latisha laura laure lauren laurence
laurens laurent lauri lawrence lea leah leandro leila lena lene lennart lenny leo leon leona leonard leonardo leonid
leonie leopold leroy lesley leslie leszek leticia lewis leyla liam lidia lieke liisa lilian liliana lillian lilly lily
lina linda lindsay lindsey linnea linus lionel lisa lise livia liz ljubica lloyd logan lola lorenza lorenzo loretta
lori lorraine lothar lotte lou louis louisa louise lourdes luana luc luca lucas lucia luciano lucie lucien lucinda
lucy ludivine ludovic ludwig luigi luis luisa luiz lukas lukasz luke lydia lynn lynne lyudmila
maaike maarten maciej madeleine madison maelle magali magda magdalena magnus mahmoud mahmud maite makoto maksim
malcolm malgorzata malik malika malte mamadou manfred manish manoj manon manuel manuela mara marat marc marcel marcela
marcella marcello marcelo marcia marcin marcio marco marcos marcus marek margaret margarete margarethe margarita
margit margot maria mariam marian mariana mariangela marianne maribel marie mariella marija marijke marilyn marina
mario marion marisa marisol marit marius mariusz mark markku marko markus marleen marlene marlies marloes marta marten
martha martin martina martine marvin mary maryam massimo matej mateo mateus mateusz mathias mathieu mathilde mathis
matilda mats matt matteo matthew matthias matthieu matti mattias maureen maurice mauricio maurizia maurizio maxim
maxime maximilian maxine meera megan megumi mehdi mehmet melanie melina melinda melissa meredith merle mette michael
michaela michal michel michele michelle mieke miguel mihai mikael mike mikhail mikkel mikko miklos mila milan milena
milos mina minna mira miranda mireille mirela miriam mirjam mirko miroslav mitchell mohamed mohammad mohammed mohan
moira molly mona monica monika monique morgan morgane moritz morten moses muhammad mukesh murat murray mustafa myriam
nabil nadezhda nadia nadine nadja nancy naoko naomi natalia natalie nataliya natalya natasha nathalie nathan nathaniel
naveen neeraj neha neil nelson nenad nestor ngozi niamh nicholas nick nicky nico nicola nicolas nicole nicoletta niels
nienke nieves nigel nikhil nikita niklas nikola nikolai nikolaos nikolaus nils nina nisha nitin noah noel noemi
nolwenn nora norbert norma norman nuno nuria
oceane octavio oddvar odile olaf ole oleg oleksandr olena olga oliver olivia olivier oluwaseun omar orlando ornella
oscar oskar osman oswald otavio otto ousmane owen oystein
pablo paivi paloma pamela pankaj paola paolo parisa pascal pascale pasquale patrice patricia patricio patrick patrik
patrizia patrizio paul paula paulina pauline paulo pavel pawel pedro peggy pekka penelope penny percy pernille petar
peter petr petra phil philip philipp philippa philippe phillip phoebe phyllis pia pierluigi pierre pieter pietro pilar
piotr pirjo pooja prakash predrag preeti priya priyanka przemyslaw
quentin quinn
rachael rachel radoslaw rafael rafal raffaele raffaella ragnhild rahul rainer raissa raj rajesh ralf ralph ramesh
ramiro ramon ramona randi randy rania raphael raquel rashid raul ravi raymond rebecca regina reginald regine reiner
reinhard reinhold rekha renan renata renate renato rene renee reza rhys ricardo riccardo richard rick ricky riikka
risto rita rob robert roberta roberto robin rocio rodney rodrigo roger rogerio rohan rohit roland rolf romain romane
romy ron ronald ronan ronny rosa rosalie rosangela rosanna rosario rosemarie rosemary rosie ross roswitha roxana
roxanne roy ruben rudi rudiger rudolf ruediger rui rune rupert ruslan russell rutger ruth ruud ryan ryszard
saad sabina sabine sabrina sachin sadie salim sally salma salman salvatore sam samantha sami samir samira samuel
samuele sandeep sander sandor sandra sandro sandy sanjay sanjeev sanna sanne santosh sara sarah sari sascha saskia
satoshi satu scott sean sebastian sebastiao sebastien selim selma seppo serena serge sergei sergey sergio serhii shane
shannon sharon shaun shawn sheila shelley sherry shirin shirley shreya sibylle sidney siegfried sigrid sigurd silke
silvia silvio simon simona simone simonetta sina sinead siobhan sipho sissel siv sjoerd slawomir slobodan sneha
snezana sofia sofie solange soledad solene sonali sonia sonja sophia sophie soren spencer stacey stacy stan stanislav
stanislaw stefan stefania stefanie stefano steffen steffi stella stepan stephan stephane stephanie stephen steve
steven stig stuart sunil sunita suresh susan susana susanna susanne suzanne svein sven svenja sverre svetlana swati
sybille sylvain sylvestre sylvia sylvie szymon
tabea tadeusz taina takashi tamara tamas tania tanja tanya tapio tara tarek tariq tatiana tatiane tatjana taylor ted
teodor terence teresa terry tessa tetyana thabo thais thea thelma theo theodor theodora theodore theresa therese
thiago thibault thibaut thierry thijs thomas thorsten tiago tibor tiffany tiina tilman tim timo timothy timur tina
tineke tiziana tobias toby todd tom tomas tomasz tomislav tommaso tommy toni tony torben tore torsten tracey tracy
trevor trine tristan troels trond trudy tunde tuomas turid tuula tyler tyrone
udo ugo ulf uli ulla ulrich ulrika ulrike umar umberto ursula usha ute uwe
valentin valentina valeria valerie vanessa vasile vasyl vera verena vernon veronica veronika veronique vesna vibeke
vicente vicky victor vijay vikas vikram viktor viktoria ville vincent vincenza vincenzo vinicius vinod viola violeta
violette virginie virpi vishal vito vittorio vivek vivian viviane vivien vlad vladimir volker
waldemar walter waltraud wanda wanjiku warren wayne wenche wendelin wendy werner weronika wesley wieslaw wilfried
wilhelm willem willemijn willi william willie willy wim winfried winston witold wojciech wolfgang wout wouter
xaver xavier ximena
yahya yann yannick yannis yash yasin yasmin yasmine yelena yevgeny yngve yoko yolanda yousef youssef yuki yulia yuliya
yumiko yuri yusuf yvan yves yvette yvonne
zachary zahra zainab zara zaynab zbigniew zdenek zdzislaw zeljko zeynep ziad zoe zofia zoltan zoran zsofia zsolt
zsuzsanna zulema zuzana zuzanna
`
  .trim()
  .split(/\s+/);
